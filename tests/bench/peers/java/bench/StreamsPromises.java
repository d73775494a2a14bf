package bench;

import handoff.v1.EnvelopeOuterClass.Envelope;
import java.util.HashMap;
import java.util.Map;
import java.util.TreeSet;
import org.apache.kafka.streams.KeyValue;
import org.apache.kafka.streams.processor.api.Processor;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.Record;
import org.apache.kafka.streams.state.KeyValueIterator;
import org.apache.kafka.streams.state.KeyValueStore;

/**
 * The promises of one partition number of all topics.
 *
 * <p>Kafka Streams has no timers by key. The deadlines are kept in memory in order of time, as a
 * second store would be written twice a promise; after a restart they are read from the orders.
 */
final class StreamsPromises implements Processor<byte[], byte[], String, byte[]> {
    private static final int PARTIES = 4;

    private final TreeSet<Deadline> deadlines = new TreeSet<>();
    private final Map<String, Long> completeThrough = new HashMap<>();
    private final Telling telling = new Telling();
    private ProcessorContext<String, byte[]> context;
    private KeyValueStore<String, long[]> orders;

    @Override
    public void init(ProcessorContext<String, byte[]> given) {
        context = given;
        orders = given.getStateStore(StreamsPeer.ORDERS);
        try (KeyValueIterator<String, long[]> known = orders.all()) {
            known.forEachRemaining(this::await);
        }
    }

    @Override
    public void process(Record<byte[], byte[]> record) {
        Envelope envelope = Messages.envelope(record.value());
        telling.at = record.timestamp();
        if (envelope.getType().equals(Messages.HEARTBEAT)) {
            completeThrough.merge(
                    envelope.getParty(), Messages.completeThrough(envelope), Math::max);
            passDeadlines();
            return;
        }
        int step = Promises.stepOf(envelope.getType());
        if (step < 0) {
            return;
        }
        String subject = envelope.getSubject();
        long[] known = orders.get(subject);
        telling.subject = subject;
        long[] order = Promises.tell(known, step, envelope.getOccurredAt(), telling);
        if (order != known) {
            orders.put(subject, Promises.isOver(order) ? null : order);
        }
    }

    private void passDeadlines() {
        if (completeThrough.size() < PARTIES) {
            return;
        }
        long earliest = Long.MAX_VALUE;
        for (long each : completeThrough.values()) {
            earliest = Math.min(earliest, each);
        }
        long safe = earliest - Promises.COMMIT_MARGIN;
        while (!deadlines.isEmpty() && deadlines.first().dueBy() <= safe) {
            Deadline passed = deadlines.pollFirst();
            long[] order = orders.get(passed.subject());
            telling.subject = passed.subject();
            orders.put(passed.subject(), Promises.passDeadline(order, passed.promise(), telling));
        }
    }

    private void await(KeyValue<String, long[]> known) {
        for (int promise = 0; promise < Promises.STEPS; promise++) {
            if (Promises.isOpen(known.value, promise)) {
                long dueBy = Promises.dueBy(known.value, promise);
                deadlines.add(new Deadline(dueBy, known.key, promise));
            }
        }
    }

    private record Deadline(long dueBy, String subject, int promise)
            implements Comparable<Deadline> {
        @Override
        public int compareTo(Deadline other) {
            int order = Long.compare(dueBy, other.dueBy);
            if (order == 0) {
                order = subject.compareTo(other.subject);
            }
            return order == 0 ? Integer.compare(promise, other.promise) : order;
        }
    }

    /** Sends what follows for one subject. */
    private final class Telling implements Promises.Outcome {
        private String subject;
        private long at;

        @Override
        public void await(int promise, long dueBy) {
            deadlines.add(new Deadline(dueBy, subject, promise));
        }

        @Override
        public void kept(int promise, long dueBy) {
            deadlines.remove(new Deadline(dueBy, subject, promise));
        }

        @Override
        public void breached(int promise, long dueBy) {
            send(Messages.breached(subject, promise, dueBy));
        }

        @Override
        public void keptLate(int promise, long dueBy, long evidenceAt) {
            send(Messages.keptLate(subject, promise, dueBy, evidenceAt));
        }

        private void send(byte[] verdict) {
            context.forward(new Record<>(subject, verdict, at));
        }
    }
}
