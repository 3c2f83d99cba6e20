package io.millrace.broker.it;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicInteger;

/** Connections that come, ask and go, some politely and some not; some stay a while and say nothing. */
final class SoakConnections implements SoakShift.Worker {
    private static final int API_VERSIONS = 18;
    private static final int METADATA = 3;
    private static final int MOST_OPEN = 100;
    private static final int PAUSE_MS = 5;

    private final int port;
    private final SoakFindings findings;
    private final AtomicInteger opened = new AtomicInteger();

    SoakConnections(int port, SoakFindings findings) {
        this.port = port;
        this.findings = findings;
    }

    int opened() {
        return opened.get();
    }

    @Override
    public void work(SoakShift shift, SplittableRandom random) throws InterruptedException, IOException {
        ArrayDeque<RawConnection> open = new ArrayDeque<>();
        try {
            while (!shift.isOver()) {
                RawConnection connection = new RawConnection(port);
                open.add(connection);
                opened.incrementAndGet();
                ask(connection, random);
                if (open.size() > random.nextInt(MOST_OPEN)) {
                    open.remove().close();
                }
                if (random.nextInt(4) == 0) {
                    open.removeLast().reset();
                }
                shift.pause(PAUSE_MS);
            }
        } finally {
            for (RawConnection connection : open) {
                connection.close();
            }
        }
    }

    private void ask(RawConnection connection, SplittableRandom random) throws IOException {
        switch (random.nextInt(4)) {
            case 0 -> expect(connection.call(new RawRequest(API_VERSIONS, 0)).getShort() == 0, "ApiVersions");
            case 1 -> {
                ByteBuffer answer = connection.call(new RawRequest(METADATA, 1).i32(0));
                expect(answer.getInt() == 1, "Metadata"); // one broker
            }
            case 2 -> connection.send(new RawRequest(METADATA, 1).i32(-1).frame()); // gone before the answer
            default -> {
                // says nothing
            }
        }
    }

    private void expect(boolean right, String what) {
        if (!right) {
            findings.add("an answer was wrong", what);
        }
    }
}
