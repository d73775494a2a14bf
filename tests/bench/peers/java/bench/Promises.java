package bench;

/**
 * The promises of one order, for every peer that runs on Java: four events, each of which opens the
 * promise that the next one keeps. Times are microseconds since 1970, in any order of arrival.
 *
 * <p>An order is five numbers: when each event happened, 0 where it has not been told, and a bit for
 * each promise that was broken. What a peer does with deadlines and verdicts is its own affair.
 */
final class Promises {
    static final int FIELDS = 5;
    static final int COUNT = 3;
    /** So long before its commit an event may have happened: nothing is broken until then. */
    static final long COMMIT_MARGIN = 2_000_000L;

    private static final String[] AGREEMENTS = {
        "approve-payment", "hand-over-parcel", "tell-customer"
    };
    private static final long[] WITHIN = {30_000_000L, 60_000_000L, 45_000_000L};
    private static final int BROKEN = 4;

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
        switch (type) {
            case "sales.OrderPlaced":
                return 0;
            case "finance.PaymentApproved":
                return 1;
            case "operations.ParcelHandedOver":
                return 2;
            case "support.CustomerInformed":
                return 3;
            default:
                return -1;
        }
    }

    static String agreement(int promise) {
        return AGREEMENTS[promise];
    }

    /** False where the event was told before. */
    static boolean tell(long[] order, int step, long at, Outcome outcome) {
        if (order[step] != 0) {
            return false;
        }
        order[step] = at;
        if (step > 0 && order[step - 1] != 0) {
            settle(order, step - 1, outcome, true);
        }
        if (step < COUNT) {
            if (order[step + 1] != 0) {
                settle(order, step, outcome, false);
            } else {
                outcome.await(step, at + WITHIN[step]);
            }
        }
        return true;
    }

    /** The deadline of an open promise has passed, and nobody can still tell of its evidence. */
    static void passDeadline(long[] order, int promise, Outcome outcome) {
        if (isOpen(order, promise)) {
            order[BROKEN] |= 1L << promise;
            outcome.breached(promise, dueBy(order, promise));
        }
    }

    static boolean isOpen(long[] order, int promise) {
        boolean told = order[promise] != 0 && order[promise + 1] == 0;
        return told && (order[BROKEN] & 1L << promise) == 0;
    }

    static long dueBy(long[] order, int promise) {
        return order[promise] + WITHIN[promise];
    }

    /** Whether nothing is left to be told of the order. */
    static boolean isOver(long[] order) {
        return order[0] != 0 && order[1] != 0 && order[2] != 0 && order[3] != 0;
    }

    private static void settle(long[] order, int promise, Outcome outcome, boolean awaited) {
        long dueBy = dueBy(order, promise);
        long at = order[promise + 1];
        boolean broken = (order[BROKEN] & 1L << promise) != 0;
        if (awaited && !broken) {
            outcome.kept(promise, dueBy);
        }
        if (at > dueBy) {
            if (!broken) {
                order[BROKEN] |= 1L << promise;
                outcome.breached(promise, dueBy);
            }
            outcome.keptLate(promise, dueBy, at);
        }
    }
}
