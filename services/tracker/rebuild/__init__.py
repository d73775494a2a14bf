"""What the tracker has in Mongo, made again from archive, topics and the record of verdicts.

The tracker commits its position with what it read up to there, and a verdict's record with the
position; so a rebuild does not begin anew: it makes again what was known *at the stored position*,
and trackers go on from there as they always do. Nobody has to be told anything meanwhile, and
nothing that was still to be told is missed:

1. Each partition is taken over and marked: whoever had it can commit no more, and a tracker that
   starts waits until the mark is gone. A rebuild that died leaves it, and is given again.
2. What is in Mongo stays: topics forget after 30 days, and the archive has only what is settled, so
   nobody else knows a promise of six weeks. What lies in segments gets a document. Subjects of the
   archive that are not there are put back.
3. The topics are folded from their first offset to the stored position by the tracker's own code,
   into a store that keeps documents and tells nobody. Events that a subject knows already count no
   second time.
4. What the fold cannot know is taken from the records: what people were told, which breaches stand,
   and how far the revisions had come (`recalling.py`). Then promises are listed anew.
5. The marks are taken away.

A topic of which no position is stored was never committed to, so nothing of it is folded here. Who
wants a subject made from nothing but topics and archive deletes its document first.
"""
