package bench;

import org.apache.flink.api.common.functions.OpenContext;
import org.apache.flink.api.common.state.ValueState;
import org.apache.flink.api.common.state.ValueStateDescriptor;
import org.apache.flink.api.common.typeinfo.PrimitiveArrayTypeInfo;
import org.apache.flink.api.java.tuple.Tuple2;
import org.apache.flink.api.java.tuple.Tuple3;
import org.apache.flink.streaming.api.TimerService;
import org.apache.flink.streaming.api.functions.KeyedProcessFunction;
import org.apache.flink.util.Collector;

/** The promises of one order; each has an event-time timer as long as it is open. */
final class FlinkPromises
        extends KeyedProcessFunction<String, Tuple3<String, Integer, Long>, Tuple2<String, byte[]>> {
    private static final long serialVersionUID = 1;

    private transient ValueState<long[]> state;
    private transient Telling telling;

    @Override
    public void open(OpenContext context) {
        state =
                getRuntimeContext()
                        .getState(
                                new ValueStateDescriptor<>(
                                        "order",
                                        PrimitiveArrayTypeInfo.LONG_PRIMITIVE_ARRAY_TYPE_INFO));
        telling = new Telling();
    }

    @Override
    public void processElement(
            Tuple3<String, Integer, Long> event,
            Context context,
            Collector<Tuple2<String, byte[]>> out)
            throws Exception {
        long[] known = state.value();
        telling.about(event.f0, context.timerService(), out);
        long[] order = Promises.tell(known, event.f1, event.f2, telling);
        if (order == known) {
            return;
        }
        if (Promises.isOver(order)) {
            state.clear();
        } else {
            state.update(order);
        }
    }

    @Override
    public void onTimer(
            long timestamp, OnTimerContext context, Collector<Tuple2<String, byte[]>> out)
            throws Exception {
        long[] known = state.value();
        if (known == null) {
            return;
        }
        long[] order = known;
        telling.about(context.getCurrentKey(), context.timerService(), out);
        for (int promise = 0; promise < Promises.STEPS; promise++) {
            if (Promises.isOpen(order, promise) && timer(Promises.dueBy(order, promise)) <= timestamp) {
                order = Promises.passDeadline(order, promise, telling);
            }
        }
        if (order != known) {
            state.update(order);
        }
    }

    /** Flink counts milliseconds: the first that is past the deadline. */
    private static long timer(long dueBy) {
        return dueBy / 1_000 + 1;
    }

    /** Sets timers and tells verdicts for one subject at a time. */
    private static final class Telling implements Promises.Outcome {
        private String subject;
        private TimerService timers;
        private Collector<Tuple2<String, byte[]>> out;

        void about(String subject, TimerService timers, Collector<Tuple2<String, byte[]>> out) {
            this.subject = subject;
            this.timers = timers;
            this.out = out;
        }

        @Override
        public void await(int promise, long dueBy) {
            timers.registerEventTimeTimer(timer(dueBy));
        }

        @Override
        public void kept(int promise, long dueBy) {
            timers.deleteEventTimeTimer(timer(dueBy));
        }

        @Override
        public void breached(int promise, long dueBy) {
            out.collect(Tuple2.of(subject, Messages.breached(subject, promise, dueBy)));
        }

        @Override
        public void keptLate(int promise, long dueBy, long at) {
            out.collect(Tuple2.of(subject, Messages.keptLate(subject, promise, dueBy, at)));
        }
    }
}
