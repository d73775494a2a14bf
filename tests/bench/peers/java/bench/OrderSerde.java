package bench;

import java.nio.ByteBuffer;
import org.apache.kafka.common.serialization.Deserializer;
import org.apache.kafka.common.serialization.Serde;
import org.apache.kafka.common.serialization.Serializer;

/** An order's numbers, eight bytes each. */
final class OrderSerde implements Serde<long[]> {
    @Override
    public Serializer<long[]> serializer() {
        return (topic, order) -> {
            if (order == null) {
                return null;
            }
            ByteBuffer buffer = ByteBuffer.allocate(order.length * Long.BYTES);
            buffer.asLongBuffer().put(order);
            return buffer.array();
        };
    }

    @Override
    public Deserializer<long[]> deserializer() {
        return (topic, bytes) -> {
            if (bytes == null) {
                return null;
            }
            long[] order = new long[bytes.length / Long.BYTES];
            ByteBuffer.wrap(bytes).asLongBuffer().get(order);
            return order;
        };
    }
}
