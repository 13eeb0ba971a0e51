"""OWASP Risk Rating: factors with reasons, the register, decisions and what remains."""
