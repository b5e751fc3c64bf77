"""Earlier questions: a list to search, resume and label; a trace step by step; two runs beside each other."""
