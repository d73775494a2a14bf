package bench;

import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;

/**
 * The promises of one order, for every peer that runs on Java: the table of steps.py. A promise has
 * the number of the event that opens it. Times are microseconds since 1970, in any order of arrival.
 *
 * <p>An order is a number for each event that was told, its step above the moment, after one that
 * has a bit for each of them and for each promise that was broken. What a peer does with deadlines
 * and verdicts is its own affair.
 */
final class Promises {
    /** So long before its commit an event may have happened: nothing is broken until then. */
    static final long COMMIT_MARGIN = 2_000_000L;

    static final int STEPS = 12;

    private static final long SECOND = 1_000_000L;
    private static final long DAY = 24 * 60 * 60 * SECOND;
    private static final int NONE = -1;
    private static final int STEP_SHIFT = 56;
    private static final long[] NOTHING_TOLD = {0};

    private static final Map<String, Integer> STEP_OF = new HashMap<>();
    private static final String[] AGREEMENTS = new String[STEPS];
    private static final long[] WITHIN = new long[STEPS];
    private static final int[] KEPT_BY = new int[STEPS];
    private static final int[] KEEPS = new int[STEPS];

    /** Events that are awaited where one of them was told, as bits. */
    private static final long[] TOGETHER = {
        bits(0, 1, 2, 3), bits(4, 8), bits(5, 9), bits(6, 10), bits(7, 11)
    };

    static {
        Arrays.fill(KEPT_BY, NONE);
        Arrays.fill(KEEPS, NONE);
        promise(0, "approve-payment", 30 * SECOND, 1);
        promise(1, "hand-over-parcel", 60 * SECOND, 2);
        promise(2, "tell-customer", 45 * SECOND, 3);
        promise(4, "deliver-parcel", 10 * DAY, 8);
        promise(5, "issue-invoice", 7 * DAY, 9);
        promise(6, "restock", 14 * DAY, 10);
        promise(7, "approve-refund", 5 * DAY, 11);
        steps(
                "sales.OrderPlaced",
                "finance.PaymentApproved",
                "operations.ParcelHandedOver",
                "support.CustomerInformed",
                "sales.DeliveryPromised",
                "finance.InvoiceDrafted",
                "operations.StockMissing",
                "support.RefundRequested",
                "operations.ParcelDelivered",
                "finance.InvoiceIssued",
                "operations.StockArrived",
                "finance.RefundApproved");
    }

    /** What follows from an event or a deadline. */
    interface Outcome {
        void await(int promise, long dueBy);

        void kept(int promise, long dueBy);

        void breached(int promise, long dueBy);

        void keptLate(int promise, long dueBy, long at);
    }

    private Promises() {}

    /** Which of an order's events it is; -1 for a type that no agreement names. */
    static int stepOf(String type) {
        return STEP_OF.getOrDefault(type, NONE);
    }

    static String agreement(int promise) {
        return AGREEMENTS[promise];
    }

    /**
     * The order with this event, and the same one where it was told before. It is null where nothing
     * was told, and never changed.
     */
    static long[] tell(long[] known, int step, long at, Outcome outcome) {
        long[] before = known == null ? NOTHING_TOLD : known;
        if (isTold(before, step)) {
            return known;
        }
        long[] order = Arrays.copyOf(before, before.length + 1);
        order[0] |= 1L << step;
        order[before.length] = (long) step << STEP_SHIFT | at;
        int kept = KEEPS[step];
        if (kept != NONE && isTold(order, kept)) {
            settle(order, kept, outcome, true);
        }
        if (KEPT_BY[step] != NONE) {
            if (isTold(order, KEPT_BY[step])) {
                settle(order, step, outcome, false);
            } else {
                outcome.await(step, at + WITHIN[step]);
            }
        }
        return order;
    }

    /**
     * The order after the deadline of an open promise, of which nobody can still tell the evidence;
     * the same one where the promise is not open.
     */
    static long[] passDeadline(long[] known, int promise, Outcome outcome) {
        if (!isOpen(known, promise)) {
            return known;
        }
        long[] order = known.clone();
        order[0] |= broken(promise);
        outcome.breached(promise, dueBy(order, promise));
        return order;
    }

    static boolean isOpen(long[] order, int promise) {
        return KEPT_BY[promise] != NONE
                && isTold(order, promise)
                && !isTold(order, KEPT_BY[promise])
                && (order[0] & broken(promise)) == 0;
    }

    /** The promise was opened. */
    static long dueBy(long[] order, int promise) {
        return moment(order, promise) + WITHIN[promise];
    }

    /** Whether nothing is left to be told of the order. */
    static boolean isOver(long[] order) {
        for (long events : TOGETHER) {
            long told = order[0] & events;
            if (told != 0 && told != events) {
                return false;
            }
        }
        return true;
    }

    private static void settle(long[] order, int promise, Outcome outcome, boolean awaited) {
        long dueBy = dueBy(order, promise);
        long at = moment(order, KEPT_BY[promise]);
        boolean broken = (order[0] & broken(promise)) != 0;
        if (awaited && !broken) {
            outcome.kept(promise, dueBy);
        }
        if (at > dueBy) {
            if (!broken) {
                order[0] |= broken(promise);
                outcome.breached(promise, dueBy);
            }
            outcome.keptLate(promise, dueBy, at);
        }
    }

    private static boolean isTold(long[] order, int step) {
        return (order[0] & 1L << step) != 0;
    }

    private static long broken(int promise) {
        return 1L << STEPS + promise;
    }

    /** When an event happened that was told. */
    private static long moment(long[] order, int step) {
        for (int told = 1; told < order.length; told++) {
            if (order[told] >> STEP_SHIFT == step) {
                return order[told] & (1L << STEP_SHIFT) - 1;
            }
        }
        throw new IllegalArgumentException("step " + step + " was not told");
    }

    private static void promise(int openedBy, String agreement, long within, int keptBy) {
        AGREEMENTS[openedBy] = agreement;
        WITHIN[openedBy] = within;
        KEPT_BY[openedBy] = keptBy;
        KEEPS[keptBy] = openedBy;
    }

    private static void steps(String... types) {
        for (int step = 0; step < types.length; step++) {
            STEP_OF.put(types[step], step);
        }
    }

    private static long bits(int... steps) {
        long bits = 0;
        for (int step : steps) {
            bits |= 1L << step;
        }
        return bits;
    }
}
