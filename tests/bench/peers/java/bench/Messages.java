package bench;

import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Timestamp;
import handoff.v1.EnvelopeOuterClass.Envelope;
import handoff.v1.EnvelopeOuterClass.Heartbeat;
import handoff.v1.Tracker.Verdict;
import handoff.v1.Tracker.VerdictKind;
import java.util.concurrent.atomic.AtomicLong;

/** The language between the departments: envelopes and heartbeats come in, verdicts go out. */
final class Messages {
    static final String HEARTBEAT = "handoff.Heartbeat";

    private static final long MARK = Long.parseLong(System.getenv("BENCH_MARK"));
    private static final AtomicLong READ = new AtomicLong();
    private static volatile boolean watched = true;

    private Messages() {}

    static Envelope envelope(byte[] value) {
        if (watched) {
            watch();
        }
        try {
            return Envelope.parseFrom(value);
        } catch (InvalidProtocolBufferException error) {
            throw new IllegalArgumentException("this is no envelope", error);
        }
    }

    /**
     * Says once each when the first record came and the one numbered in BENCH_MARK: from then on a
     * peer is measured.
     */
    private static void watch() {
        long read = READ.incrementAndGet();
        if (read == 1) {
            System.out.println("first record at " + System.currentTimeMillis());
        }
        if (read == MARK) {
            System.out.println("marked record at " + System.currentTimeMillis());
        }
        watched = read < MARK;
    }

    /** Up to when a party has told everything, in microseconds since 1970. */
    static long completeThrough(Envelope envelope) {
        try {
            return micros(Heartbeat.parseFrom(envelope.getBody()).getCompleteThrough());
        } catch (InvalidProtocolBufferException error) {
            throw new IllegalArgumentException("this is no heartbeat", error);
        }
    }

    static byte[] breached(String subject, int promise, long dueBy) {
        VerdictKind kind = VerdictKind.VERDICT_KIND_BREACHED;
        return verdict(kind, "deadline_passed", subject, promise, dueBy, dueBy);
    }

    static byte[] keptLate(String subject, int promise, long dueBy, long at) {
        VerdictKind kind = VerdictKind.VERDICT_KIND_KEPT_LATE;
        return verdict(kind, "late_evidence", subject, promise, dueBy, at);
    }

    private static byte[] verdict(
            VerdictKind kind, String reason, String subject, int promise, long dueBy, long at) {
        String agreement = Promises.agreement(promise);
        return Verdict.newBuilder()
                .setKind(kind)
                .setReason(reason)
                .setPromiseId(subject + "~" + agreement)
                .setAgreement(agreement)
                .setSubject(subject)
                .setDueBy(stamp(dueBy))
                .setOccurredAt(stamp(at))
                .setDecidedAt(stamp(System.currentTimeMillis() * 1_000))
                .build()
                .toByteArray();
    }

    private static long micros(Timestamp stamp) {
        return stamp.getSeconds() * 1_000_000L + stamp.getNanos() / 1_000;
    }

    private static Timestamp stamp(long micros) {
        return Timestamp.newBuilder()
                .setSeconds(micros / 1_000_000)
                .setNanos((int) (micros % 1_000_000) * 1_000)
                .build();
    }
}
