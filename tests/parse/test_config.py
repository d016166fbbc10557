import json

from incidentlab.parse import config, images

COMPOSE = {
    "name": "shop",
    "services": {
        "web": {
            "depends_on": {"db": {"condition": "service_healthy", "required": True}},
            "deploy": {"restart_policy": {"condition": "on-failure", "max_attempts": 3}},
            "restart": "always",
            "environment": {"DB_PASSWORD": "hunter2"},
            "ports": [{"mode": "ingress", "target": 80, "published": "8080", "protocol": "tcp"}],
        },
        "db": {"image": "postgres:16", "healthcheck": {"test": ["CMD-SHELL", "pg_isready"]}, "restart": "always"},
    },
}


def test_services_of_a_compose_file() -> None:
    """deploy.restart_policy overrides restart, and of environment variables only the names are taken."""
    found = config.parse(json.dumps(COMPOSE, indent=1).encode(), file="compose.json").frames["services"]
    db, web = found.to_dict("records")
    assert (db["image"], db["restart"], json.loads(db["health_test"])) == (
        "postgres:16",
        "always",
        ["CMD-SHELL", "pg_isready"],
    )
    assert web["restart"] == "on-failure:3"
    assert json.loads(web["depends_on"]) == {"db": "service_healthy"}
    assert json.loads(web["ports"]) == [{"published": "8080", "target": 80, "protocol": "tcp", "host_ip": None}]
    assert json.loads(web["env_names"]) == ["DB_PASSWORD"]
    assert web["pointer"] == "/services/web"


def test_images() -> None:
    """An image is named by its tag, where it has none by its digest or its id."""
    lines = [
        {
            "inspect": {"Id": "sha256:a", "RepoTags": ["web:1"], "Created": "2026-11-23T09:00:00Z", "Size": 7},
            "history": [],
        },
        {"inspect": {"Id": "sha256:b", "RepoTags": [], "RepoDigests": None}, "history": []},
    ]
    found = images.parse("\n".join(map(json.dumps, lines)).encode(), file="images.jsonl").frames["images"]
    assert found["image"].tolist() == ["sha256:b", "web:1"]
    assert found["line"].tolist() == [2, 1]
