package bench;

import java.time.Duration;
import java.util.List;
import java.util.Properties;
import org.apache.flink.api.common.eventtime.WatermarkStrategy;
import org.apache.flink.api.common.typeinfo.TypeHint;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.java.tuple.Tuple2;
import org.apache.flink.api.java.tuple.Tuple3;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.connector.base.DeliveryGuarantee;
import org.apache.flink.connector.kafka.sink.KafkaRecordSerializationSchema;
import org.apache.flink.connector.kafka.sink.KafkaSink;
import org.apache.flink.connector.kafka.source.KafkaSource;
import org.apache.flink.connector.kafka.source.enumerator.initializer.OffsetsInitializer;
import org.apache.flink.core.execution.CheckpointingMode;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.kafka.clients.producer.ProducerConfig;

/**
 * Flink in one Java process: a keyed process function with event-time timers, a checkpoint each
 * second, and a Kafka sink that commits with it, exactly once.
 *
 * <p>Set for throughput: objects are reused between chained operators, records travel as tuples of
 * a subject, a step and a time, network buffers are flushed when full or after 100 ms,
 * RocksDB's checkpoints are incremental and it has 512 MB of managed memory, and watermarks go out
 * every 200 ms. Where timers are kept is an argument: in RocksDB every promise costs two more
 * writes; on the heap beside RocksDB all of them are written anew with each checkpoint, and nothing
 * is folded meanwhile.
 */
public final class FlinkPeer {
    static final TypeInformation<Tuple3<String, Integer, Long>> EVENT =
            TypeInformation.of(new TypeHint<Tuple3<String, Integer, Long>>() {});
    static final TypeInformation<Tuple2<String, byte[]>> VERDICT =
            TypeInformation.of(new TypeHint<Tuple2<String, byte[]>>() {});

    private static final String NAME = "bench-flink-";

    private FlinkPeer() {}

    /**
     * Arguments: bootstrap, topics with commas, the verdicts' topic, a folder, state, parallelism,
     * and where RocksDB's timers are, HEAP or ROCKSDB.
     */
    public static void main(String[] arguments) throws Exception {
        int parallelism = Integer.parseInt(arguments[5]);
        Configuration settings = settings(arguments[3], arguments[4], arguments[6]);
        StreamExecutionEnvironment flink =
                StreamExecutionEnvironment.createLocalEnvironment(parallelism, settings);
        flink.fromSource(source(arguments), watermarks(), "events", EVENT)
                .filter(event -> event.f1 >= 0)
                .keyBy(event -> event.f0)
                .process(new FlinkPromises())
                .returns(VERDICT)
                .sinkTo(sink(arguments));
        flink.execute("promises");
    }

    private static KafkaSource<Tuple3<String, Integer, Long>> source(String[] arguments) {
        return KafkaSource.<Tuple3<String, Integer, Long>>builder()
                .setBootstrapServers(arguments[0])
                .setTopics(List.of(arguments[1].split(",")))
                .setGroupId(name(arguments))
                .setStartingOffsets(OffsetsInitializer.earliest())
                .setDeserializer(new FlinkEvents())
                .setProperty("max.poll.records", "5000")
                .build();
    }

    private static WatermarkStrategy<Tuple3<String, Integer, Long>> watermarks() {
        return WatermarkStrategy.<Tuple3<String, Integer, Long>>forGenerator(
                        context -> new FlinkHeartbeats())
                .withTimestampAssigner((event, before) -> event.f2 / 1_000);
    }

    private static KafkaSink<Tuple2<String, byte[]>> sink(String[] arguments) {
        Properties producer = new Properties();
        producer.put(ProducerConfig.BATCH_SIZE_CONFIG, 128 * 1024);
        producer.put(ProducerConfig.LINGER_MS_CONFIG, 100);
        producer.put(ProducerConfig.TRANSACTION_TIMEOUT_CONFIG, 600_000);
        return KafkaSink.<Tuple2<String, byte[]>>builder()
                .setBootstrapServers(arguments[0])
                .setDeliveryGuarantee(DeliveryGuarantee.EXACTLY_ONCE)
                .setTransactionalIdPrefix(name(arguments))
                .setKafkaProducerConfig(producer)
                .setRecordSerializer(
                        KafkaRecordSerializationSchema.<Tuple2<String, byte[]>>builder()
                                .setTopic(arguments[2])
                                .setKeySerializationSchema(new FlinkBytes.Key())
                                .setValueSerializationSchema(new FlinkBytes.Value())
                                .build())
                .build();
    }

    /** Of its group and its transactions: each kind of Flink has its own. */
    private static String name(String[] arguments) {
        return NAME + arguments[4] + "-" + arguments[6];
    }

    private static Configuration settings(String folder, String state, String timers) {
        Configuration settings = new Configuration();
        settings.setString("state.backend.type", state);
        settings.setString("execution.checkpointing.incremental", "true");
        settings.setString("state.backend.rocksdb.timer-service.factory", timers);
        settings.setString("state.backend.rocksdb.localdir", folder + "/rocksdb");
        settings.setString("execution.checkpointing.dir", "file://" + folder + "/checkpoints");
        settings.setString("execution.checkpointing.interval", Duration.ofSeconds(1).toString());
        settings.setString(
                "execution.checkpointing.mode", CheckpointingMode.EXACTLY_ONCE.toString());
        settings.setString("pipeline.object-reuse", "true");
        settings.setString("taskmanager.memory.managed.size", "512m");
        settings.setString("taskmanager.memory.network.max", "128m");
        settings.setString("rest.bind-port", "0");
        settings.setString("io.tmp.dirs", folder);
        return settings;
    }
}
