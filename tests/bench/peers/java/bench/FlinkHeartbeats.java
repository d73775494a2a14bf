package bench;

import org.apache.flink.api.common.eventtime.Watermark;
import org.apache.flink.api.common.eventtime.WatermarkGenerator;
import org.apache.flink.api.common.eventtime.WatermarkOutput;
import org.apache.flink.api.java.tuple.Tuple3;

/**
 * Each partition of each topic is complete up to its last heartbeat, less what an event may be late;
 * Flink takes the earliest of all of them.
 */
final class FlinkHeartbeats implements WatermarkGenerator<Tuple3<String, Integer, Long>> {
    private long completeThrough = Long.MIN_VALUE;

    @Override
    public void onEvent(
            Tuple3<String, Integer, Long> event, long timestamp, WatermarkOutput output) {
        if (event.f1 == FlinkEvents.HEARTBEAT) {
            completeThrough = (event.f2 - Promises.COMMIT_MARGIN) / 1_000;
        }
    }

    @Override
    public void onPeriodicEmit(WatermarkOutput output) {
        if (completeThrough != Long.MIN_VALUE) {
            output.emitWatermark(new Watermark(completeThrough));
        }
    }
}
