"""What laws ask of a system, beside what its threat model says: threats, controls, decisions, answers, what is open."""
