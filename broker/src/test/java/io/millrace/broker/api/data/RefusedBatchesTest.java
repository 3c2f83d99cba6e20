package io.millrace.broker.api.data;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.millrace.protocol.ApiException;
import io.millrace.protocol.ErrorCode;
import io.millrace.protocol.record.BatchBuilder;
import java.nio.ByteBuffer;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class RefusedBatchesTest {
    private static final long ID = 77;

    private final AtomicLong now = new AtomicLong();
    private final RefusedBatches refused = new RefusedBatches(now::get);

    private static ByteBuffer batch(long producerId, int epoch, int sequence) {
        return BatchBuilder.create()
                .producer(producerId, (short) epoch, sequence)
                .append(1, null, new byte[10])
                .build();
    }

    private void refuse(int sequence, ErrorCode error) {
        refused.note("t", 0, batch(ID, 0, sequence), error);
    }

    private void takes(ByteBuffer batch) {
        assertDoesNotThrow(() -> refused.requireInOrder("t", 0, batch, id -> false));
    }

    private void refuses(ByteBuffer batch) {
        ApiException thrown =
                assertThrows(ApiException.class, () -> refused.requireInOrder("t", 0, batch, id -> false));
        assertEquals(ErrorCode.OUT_OF_ORDER_SEQUENCE_NUMBER, thrown.error());
    }

    @Test
    void whatWasUnderWayWaitsForTheFirstToComeAgain() {
        refuse(0, ErrorCode.NOT_LEADER_OR_FOLLOWER);
        refuses(batch(ID, 0, 1));
        refuses(batch(ID, 0, 2));
        takes(batch(ID, 0, 0));
        takes(batch(ID, 0, 1));
    }

    @Test
    void theFirstOfSeveralCounts() {
        refuse(3, ErrorCode.NOT_ENOUGH_REPLICAS);
        refuse(4, ErrorCode.NOT_ENOUGH_REPLICAS);
        refuses(batch(ID, 0, 4));
        takes(batch(ID, 0, 3));
    }

    @Test
    void othersAreNoneOfItsBusiness() {
        refuse(0, ErrorCode.UNKNOWN_TOPIC_OR_PARTITION);
        takes(batch(ID + 1, 0, 1));
        takes(batch(ID, 1, 1));
        assertDoesNotThrow(() -> refused.requireInOrder("t", 1, batch(ID, 0, 1), id -> false));
        takes(BatchBuilder.create().append(1, null, new byte[10]).build());
        takes(ByteBuffer.allocate(3));
        refuses(batch(ID, 0, 1));
    }

    @Test
    void whatTheLogKnowsItSeesByItself() {
        refuse(0, ErrorCode.NOT_LEADER_OR_FOLLOWER);
        assertDoesNotThrow(() -> refused.requireInOrder("t", 0, batch(ID, 0, 50), id -> id == ID));
        takes(batch(ID, 0, 51));
    }

    @Test
    void whatIsRefusedForGoodIsNotAwaited() {
        refuse(0, ErrorCode.MESSAGE_TOO_LARGE);
        takes(batch(ID, 0, 1));
    }

    @Test
    void whoNeverComesAgainIsForgotten() {
        refuse(0, ErrorCode.NOT_LEADER_OR_FOLLOWER);
        now.addAndGet(30_001);
        takes(batch(ID + 1, 0, 0));
        assertEquals(0, refused.size(), "so that others do not pay for it any more");
    }

    @Test
    void nobodyWaitsForEver() {
        refuse(0, ErrorCode.NOT_LEADER_OR_FOLLOWER);
        now.addAndGet(30_001);
        takes(batch(ID, 0, 1));
    }
}
