"""OpenQASM 2 and 3: reading and writing."""
