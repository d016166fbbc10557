"""human.yaml as a form on a screen."""
