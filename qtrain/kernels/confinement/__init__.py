"""Fences around a child: namespaces, system-call filter, Landlock and resource limits."""
