"""Tables in, result tables out: pure functions that answer one question each."""
