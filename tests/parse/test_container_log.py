import pandas as pd

from incidentlab.parse import container_log

STAMP = "2026-11-23T09:24:45.460907419Z"


def test_docker_logs_of_one_stream() -> None:
    """Every line bears its own time; an unterminated last one counts, a TTY's CR does not."""
    data = f"{STAMP} out\r\n{STAMP} \n2026-11-23T09:24:45.46Z last".encode()
    logs = (
        container_log.parse(data, file="x", service="web", replica=1, stream="stderr")
        .frames["logs"]
        .sort_values("order")
    )
    assert logs["message"].tolist() == ["out", "", "last"]
    assert logs["ts"].astype("int64").tolist() == [1795425885460907419, 1795425885460907419, 1795425885460000000]
    assert logs[["service", "replica", "stream", "kind"]].drop_duplicates().values.tolist() == [
        ["web", 1, "stderr", "log"]
    ]


def test_a_character_that_the_cut_destroyed() -> None:
    """The engine cuts by bytes; `-t` keeps both halves, so that the character is whole once the stamp is cut out."""
    text = "x" * 16383 + "é" + "y"
    data = text.encode()
    logs = container_log.parse(
        f"{STAMP} ".encode() + data[:16384] + f"{STAMP} ".encode() + data[16384:] + b"\n", file="x"
    ).frames["logs"]
    assert logs["message"].tolist() == [text]


def test_json_file_records() -> None:
    """Parts of a long line are joined per stream; each part's line keeps its row, and what is no record is unknown."""
    data = (
        b'{"log":"aaa","stream":"stdout","time":"2026-11-23T09:24:45.1Z"}\n'
        b'{"log":"err\\n","stream":"stderr","time":"2026-11-23T09:24:45.2Z"}\n'
        b'{"log":"bbb\\n","stream":"stdout","time":"2026-11-23T09:24:45.1Z","attrs":{"tag":"x"}}\n'
        b'{"log":"cut\n'
    )
    logs = container_log.json_file(data, file="x").frames["logs"].sort_values("line")
    assert logs["kind"].tolist() == ["log", "log", "continuation", "unknown"]
    assert logs["message"].tolist() == ["aaabbb", "err", "", '{"log":"cut']
    assert logs["ts"].iloc[1] == pd.Timestamp("2026-11-23T09:24:45.2Z")


def test_pieces_that_grew_by_broken_bytes_are_joined_too() -> None:
    """json-file makes three bytes of each broken one: a piece is then longer than the engine cut it."""
    stamp = b"2026-11-23T09:24:45.460907419Z "
    data = stamp + b"a" * 16383 + "\ufffd".encode() + stamp + b"b\n"
    message = container_log.parse(data, file="x").frames["logs"]["message"].iloc[0]
    assert message == "a" * 16383 + "\ufffd" + "b"
