package bench;

import java.nio.charset.StandardCharsets;
import org.apache.flink.api.common.serialization.SerializationSchema;
import org.apache.flink.api.java.tuple.Tuple2;

/** A verdict's two halves as they go to Kafka. */
final class FlinkBytes {
    private FlinkBytes() {}

    static final class Key implements SerializationSchema<Tuple2<String, byte[]>> {
        private static final long serialVersionUID = 1;

        @Override
        public byte[] serialize(Tuple2<String, byte[]> verdict) {
            return verdict.f0.getBytes(StandardCharsets.UTF_8);
        }
    }

    static final class Value implements SerializationSchema<Tuple2<String, byte[]>> {
        private static final long serialVersionUID = 1;

        @Override
        public byte[] serialize(Tuple2<String, byte[]> verdict) {
            return verdict.f1;
        }
    }
}
