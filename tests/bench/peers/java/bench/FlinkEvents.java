package bench;

import handoff.v1.EnvelopeOuterClass.Envelope;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.java.tuple.Tuple3;
import org.apache.flink.connector.kafka.source.reader.deserializer.KafkaRecordDeserializationSchema;
import org.apache.flink.util.Collector;
import org.apache.kafka.clients.consumer.ConsumerRecord;

/** A record as subject, step and time in microseconds; a heartbeat has the step HEARTBEAT. */
final class FlinkEvents implements KafkaRecordDeserializationSchema<Tuple3<String, Integer, Long>> {
    static final int HEARTBEAT = -1;

    private static final long serialVersionUID = 1;

    @Override
    public void deserialize(
            ConsumerRecord<byte[], byte[]> record, Collector<Tuple3<String, Integer, Long>> out) {
        Envelope envelope = Messages.envelope(record.value());
        if (envelope.getType().equals(Messages.HEARTBEAT)) {
            out.collect(Tuple3.of("", HEARTBEAT, Messages.completeThrough(envelope)));
            return;
        }
        int step = Promises.stepOf(envelope.getType());
        if (step >= 0) {
            out.collect(Tuple3.of(envelope.getSubject(), step, envelope.getOccurredAt()));
        }
    }

    @Override
    public TypeInformation<Tuple3<String, Integer, Long>> getProducedType() {
        return FlinkPeer.EVENT;
    }
}
