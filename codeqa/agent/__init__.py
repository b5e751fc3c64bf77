"""The walk that a model leads: the tools, notebook and verifier of the planner, and the planner as its fallback."""
