"""Who is on call when: rotations, overrides, and what follows from them; who is called is left out.

The first rotation of a schedule that has somebody wins, as in PagerDuty and in Grafana OnCall's
layers: a later one fills what an earlier one leaves open, so one alert has one person to act. Whom
GoAlert would call beside that one has a schedule of their own here.
"""
