package io.millrace.broker.it;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Connections that send what no client should: frames that stop in the middle, random bytes, lengths that nothing has,
 * requests with some bytes changed; half-open ones stay. The broker may close them as it likes; it must take new ones.
 */
final class SoakGarbage implements SoakShift.Worker {
    private static final int MOST_HALF_OPEN = 40;
    private static final int PAUSE_MS = 20;
    private static final int[] LENGTHS = {-1, 0, Integer.MIN_VALUE, Integer.MAX_VALUE, 104_857_601, 104_857_600, 50_000_000};

    private final int port;
    private final AtomicInteger sent = new AtomicInteger();

    SoakGarbage(int port) {
        this.port = port;
    }

    int sent() {
        return sent.get();
    }

    @Override
    public void work(SoakShift shift, SplittableRandom random) throws InterruptedException, IOException {
        ArrayDeque<RawConnection> halfOpen = new ArrayDeque<>();
        try {
            while (!shift.isOver()) {
                RawConnection connection = new RawConnection(port); // to be refused here is a failure
                boolean stays = random.nextInt(3) == 0;
                throwAt(connection, random, stays);
                if (stays) {
                    halfOpen.add(connection);
                }
                if (halfOpen.size() > MOST_HALF_OPEN) {
                    halfOpen.remove().close();
                }
                sent.incrementAndGet();
                shift.pause(random.nextInt(2 * PAUSE_MS));
            }
        } finally {
            for (RawConnection connection : halfOpen) {
                connection.close();
            }
        }
    }

    private static void throwAt(RawConnection connection, SplittableRandom random, boolean stays) throws IOException {
        try {
            connection.send(garbage(random));
            if (!stays) {
                if (random.nextBoolean()) {
                    connection.reset();
                } else {
                    connection.close();
                }
            }
        } catch (IOException closedByTheBroker) {
            connection.close(); // which is its good right
        }
    }

    private static byte[] garbage(SplittableRandom random) {
        byte[] noise = new byte[1 + random.nextInt(5_000)];
        random.nextBytes(noise);
        return switch (random.nextInt(5)) {
            case 0 -> noise;
            case 1 -> RawRequest.framed(noise); // taken for a request
            case 2 -> ByteBuffer.allocate(4 + noise.length) // a length, and less than it
                    .putInt(LENGTHS[random.nextInt(LENGTHS.length)])
                    .put(noise)
                    .array();
            case 3 -> new byte[1 + random.nextInt(3)]; // a part of a length
            default -> changedProduce(random);
        };
    }

    private static byte[] changedProduce(SplittableRandom random) {
        byte[] produce = produce();
        for (int i = random.nextInt(1, 6); i > 0; i--) {
            produce[4 + random.nextInt(produce.length - 4)] = (byte) random.nextInt();
        }
        return produce;
    }

    private static byte[] produce() {
        byte[] batch = RawBatch.of("a", "b").bytes();
        return new RawRequest(0, 3) // Produce: no transaction, acks, timeout, one topic, one partition, its records
                .nullString()
                .i16(1)
                .i32(1000)
                .i32(1)
                .string("soak-garbage")
                .i32(1)
                .i32(0)
                .bytes(batch)
                .frame();
    }
}
