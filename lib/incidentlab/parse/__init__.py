"""Lines and JSON become evidence tables: one module per source, and no module reads a path."""
