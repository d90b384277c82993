"""The class and its learning platform: sign-in by LTI 1.3, links to lessons, and grades that go back.

Modules: `platform` (what the teacher wrote), `keys` (ours), `launch` (what a message says), `sign_in` (JupyterHub's
side), `places` and `deep_link` (links), `scores` (grades), `ledger` (what is remembered), `command` (the teacher's words).
"""
