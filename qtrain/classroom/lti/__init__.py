"""The class and its learning platform: sign-in by LTI 1.3, links to lessons, and grades that go back.

- `platform`: what the teacher wrote of it into ``DIR/lti.json``; `keys`: the hub's own key
- `launch`: what a launch says and whom it means; `handlers`, `sign_in`, `beside_slips`: JupyterHub's side of it
- `places`, `deep_link`: what a link can lead to, and how the teacher makes one
- `scores`: grades to the platform; `ledger`: what is remembered
- `grades`, `moodle`: the commands of ``qtrain hub DIR``
"""
