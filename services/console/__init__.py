"""The on-call page: what is late or may be, what stands in the way, and one page a subject.

It owes whoever is on call one true page, in the order in which customers would notice, that says so
when its data is old. It needs the tracker's promises and the alerts' answers, over gRPC, and the
verdicts' topic to wake it; it decides nothing about a promise and stores nothing.
"""
