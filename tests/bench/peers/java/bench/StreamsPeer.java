package bench;

import java.util.List;
import java.util.Map;
import java.util.Properties;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.streams.KafkaStreams;
import org.apache.kafka.streams.StreamsConfig;
import org.apache.kafka.streams.Topology;
import org.apache.kafka.streams.state.Stores;

/**
 * Kafka Streams: exactly once, orders in RocksDB with a changelog.
 *
 * <p>Set for throughput as its own documentation advises: a commit each second instead of each 0.1
 * s (a transaction costs several requests), 128 MB of cache before RocksDB, so that an order's four
 * changes are mostly one write and one record of the changelog, producer batches of 128 KB, and
 * polls of up to 5,000 records.
 */
public final class StreamsPeer {
    static final String ORDERS = "orders";

    private StreamsPeer() {}

    /**
     * Arguments: bootstrap, topics with commas, the verdicts' topic, the folder of the state, and how
     * many threads.
     */
    public static void main(String[] arguments) {
        List<String> topics = List.of(arguments[1].split(","));
        KafkaStreams streams =
                new KafkaStreams(
                        topology(topics, arguments[2]), settings(arguments));
        Runtime.getRuntime().addShutdownHook(new Thread(streams::close));
        streams.setUncaughtExceptionHandler(
                error -> {
                    error.printStackTrace();
                    Runtime.getRuntime().halt(1);
                    return null;
                });
        streams.start();
    }

    private static Topology topology(List<String> topics, String verdicts) {
        var bytes = Serdes.ByteArray();
        var orders =
                Stores.keyValueStoreBuilder(
                                Stores.persistentKeyValueStore(ORDERS),
                                Serdes.String(),
                                new OrderSerde())
                        .withLoggingEnabled(Map.of())
                        .withCachingEnabled();
        return new Topology()
                .addSource(
                        "events",
                        bytes.deserializer(),
                        bytes.deserializer(),
                        topics.toArray(String[]::new))
                .addProcessor("promises", StreamsPromises::new, "events")
                .addStateStore(orders, "promises")
                .addSink(
                        "verdicts",
                        verdicts,
                        Serdes.String().serializer(),
                        bytes.serializer(),
                        "promises");
    }

    private static Properties settings(String[] arguments) {
        Properties settings = new Properties();
        settings.put(StreamsConfig.APPLICATION_ID_CONFIG, "bench-streams-" + arguments[4]);
        settings.put(StreamsConfig.BOOTSTRAP_SERVERS_CONFIG, arguments[0]);
        settings.put(StreamsConfig.STATE_DIR_CONFIG, arguments[3]);
        settings.put(StreamsConfig.PROCESSING_GUARANTEE_CONFIG, StreamsConfig.EXACTLY_ONCE_V2);
        settings.put(StreamsConfig.NUM_STREAM_THREADS_CONFIG, arguments[4]);
        settings.put(StreamsConfig.COMMIT_INTERVAL_MS_CONFIG, 1_000);
        settings.put(StreamsConfig.STATESTORE_CACHE_MAX_BYTES_CONFIG, 128L * 1024 * 1024);
        settings.put(StreamsConfig.consumerPrefix(ConsumerConfig.MAX_POLL_RECORDS_CONFIG), 5_000);
        settings.put(StreamsConfig.producerPrefix(ProducerConfig.BATCH_SIZE_CONFIG), 128 * 1024);
        return settings;
    }
}
