"""Every field of human.yaml: what is asked, in which shape the answer comes, and in which group of the form it stands.

Four shapes: a text, a list of texts, a list of records (each with the same parts), and one record (a map). A team's own
fields are the parts of the map `own`, and are declared in a file of theirs (see `own`).
"""

from __future__ import annotations

STATUSES = ("Draft", "In review", "Reviewed", "Closed")
KINDS = ("prevent", "detect", "mitigate")
CHOICES = {
    "status": STATUSES,
    "kind": KINDS,
    "severity": ("SEV1", "SEV2", "SEV3", "SEV4"),
    "priority": ("P1", "P2", "P3"),
    "state": ("open", "in progress", "done", "dropped"),
    "verdict": ("approved", "changes asked"),
}
"""Fields, and parts of a field, that take one of a few answers."""
DATES = ("due", "on")
"""Parts that are a day."""

TEXTS = {
    "title": "A title that a reader outside the team understands.",
    "status": f"One of {', '.join(STATUSES)}.",
    "severity": "How bad was it? SEV1 is the worst.",
    "incident_id": "Its number where incidents are counted.",
    "tracker": "A link to where it is followed.",
    "summary": "In three sentences: what happened, to whom, for how long.",
    "impact": "Whom did it hurt, how, and how many?",
    "symptom": "What did people see?",
    "what_broke": "What broke, in your words?",
    "why_it_broke": "Why did it break, in your words?",
    "detection": "How did a person learn of it?",
    "recurrence": "Did this come before, and when?",
    "fix_short_term": "What was done to end it?",
    "fix_long_term": "What keeps it from coming back?",
    "why_this_fix": "Why this fix and not another one?",
    "verification": "How was it checked that the fix works?",
}
LISTS = {
    "authors": "Who wrote this?",
    "reviewers": "Who read it and agreed?",
    "contributing_factors": "What else had to be so for it to happen?",
    "five_whys": "Why did it happen? Below it: and why that?",
    "diagnosis_steps": "What did people look at, in which order, and what did each step rule out?",
    "actions_taken": "What did people do during the incident?",
    "follow_ups": "What is still to be looked at?",
    "went_well": "What helped?",
    "went_wrong": "What made it worse, or longer?",
    "lucky": "What could have gone worse, and did not?",
    "lessons": "What do we know now that we did not know before?",
    "next_steps": "Who does what next?",
    "operational_notes": "What must who runs this know?",
    "commands_to_verify": "Further commands that show that it works.",
    "refused": "Proposed action items that are not taken, in their own words.",
}
RECORDS = {
    "modifications": (
        ("what", "change", "reason", "trade_offs", "verification"),
        "What was changed, why, at what price, and how was it checked?",
    ),
    "action_items": (
        ("what", "owner", "due", "kind", "priority", "tracker", "state"),
        "What is done by whom until when?",
    ),
    "timeline": (("when", "who", "what"), "What did people see and do, and when? 2026-01-31T09:24:00Z"),
    "reviews": (("who", "on", "verdict", "comment"), "Who read it, when, and what did they say?"),
}
MAPS = {
    "milestones": (
        ("started", "impact", "detected", "acknowledged", "mitigated", "resolved"),
        "Times that people know better than the logs, with a zone: 2026-01-31T09:24:00Z",
    ),
    "impact_numbers": (("people", "requests", "minutes", "money"), "How much, in numbers?"),
    "roles": (("commander", "scribe", "communications", "operations"), "Who did what during the incident?"),
    "external": (
        ("title", "summary", "impact", "next_steps"),
        "The only texts of this file that the external edition shows.",
    ),
    "own": ((), "Fields of your own, declared in fields.yaml beside this file."),
}
PARTS = {
    "external.title": "For readers outside: a title.",
    "external.summary": "For readers outside: what happened, in two sentences?",
    "external.impact": "For readers outside: what did they notice, and what must they do?",
    "external.next_steps": "For readers outside: what keeps it from coming back?",
}
GROUPS = (
    (
        "The page",
        ("title", "status", "severity", "incident_id", "tracker", "authors", "reviewers", "roles", "reviews"),
    ),
    (
        "What happened",
        (
            *("summary", "impact", "impact_numbers", "symptom", "what_broke", "why_it_broke", "detection"),
            *("recurrence", "contributing_factors", "five_whys", "diagnosis_steps", "actions_taken"),
        ),
    ),
    ("When it happened", ("milestones", "timeline")),
    ("The fix", ("fix_short_term", "fix_long_term", "why_this_fix", "verification", "modifications")),
    ("What we learnt", ("went_well", "went_wrong", "lucky", "lessons")),
    (
        "What comes",
        ("action_items", "refused", "follow_ups", "next_steps", "operational_notes", "commands_to_verify"),
    ),
    ("For readers outside", ("external",)),
    ("Your own fields", ("own",)),
)
_LABELS = {
    "incident_id": "incident number",
    "tracker": "link to the tracker",
    "what_broke": "what broke",
    "why_it_broke": "why it broke",
    "five_whys": "why, and why that",
    "lucky": "where we were lucky",
    "refused": "refused proposals",
    "impact_numbers": "impact in numbers",
    "timeline": "entries of the timeline",
    "external": "readers outside",
    "own": "your own fields",
    "trade_offs": "trade-offs",
    "follow_ups": "follow-ups",
}


def label(name: str) -> str:
    """Return a field, or a part of one, as a person says it.

    Examples
    --------
    >>> label("lucky"), label("action_items")
    ('where we were lucky', 'action items')
    """
    return _LABELS.get(name, name.replace("_", " "))


def question(key: str) -> str:
    """Return the question that a field, or a part of one, answers."""
    known = {name: asked for shaped in (RECORDS, MAPS) for name, (_, asked) in shaped.items()}
    return TEXTS.get(key) or LISTS.get(key) or PARTS.get(key) or known[key.partition(".")[0]]
