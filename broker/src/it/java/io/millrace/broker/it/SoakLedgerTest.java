package io.millrace.broker.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

final class SoakLedgerTest {
    private final SoakLedger ledger = new SoakLedger(2, "g");
    private final SoakLedger.Group group = ledger.groups().get(0);

    SoakLedgerTest() {
        for (int i = 0; i < 10; i++) {
            ledger.ack(1, i, SoakRecord.number(0, i));
        }
    }

    private void deliver(int from, int to) {
        for (int i = from; i < to; i++) {
            group.deliver(1, i, SoakRecord.number(0, i));
        }
    }

    @Test
    void everyRecordOnceIsFlawless() {
        deliver(0, 10);
        assertTrue(ledger.verify(group).isFlawless());
        assertEquals(10, group.distinct());
        assertEquals(0, ledger.ackedTwice());
    }

    @Test
    void whatWasNotReadIsMissing() {
        deliver(0, 4);
        deliver(5, 9);
        assertEquals(new SoakLedger.Verdict(2, 0, 0, 0, 0), ledger.verify(group));
    }

    @Test
    void repeatsAreFineUntilTheyWereCommitted() {
        deliver(0, 10);
        group.committed(1, 5);
        deliver(5, 10);
        assertTrue(ledger.verify(group).isFlawless());
        assertEquals(5, group.repeated());
        deliver(4, 5);
        assertEquals(new SoakLedger.Verdict(0, 0, 0, 1, 0), ledger.verify(group));
    }

    @Test
    void aRecordThatNobodyAcknowledgedIsAFinding() {
        deliver(0, 10);
        group.deliver(0, 0, SoakRecord.number(3, 7));
        assertEquals(new SoakLedger.Verdict(0, 0, 1, 0, 0), ledger.verify(group));
    }

    @Test
    void aRecordThatIsStoredTwiceIsAFinding() {
        deliver(0, 10);
        ledger.ack(1, 10, SoakRecord.number(0, 9));
        group.deliver(1, 10, SoakRecord.number(0, 9));
        assertEquals(new SoakLedger.Verdict(0, 0, 0, 0, 1), ledger.verify(group));
    }

    @Test
    void anOffsetThatWasAcknowledgedForTwoRecordsIsAFinding() {
        ledger.ack(1, 3, SoakRecord.number(5, 5));
        assertEquals(1, ledger.ackedTwice());
    }

    @Test
    void anotherRecordAtAnOffsetIsAFinding() {
        deliver(0, 10);
        group.deliver(1, 2, SoakRecord.number(4, 4));
        assertFalse(ledger.verify(group).isFlawless());
    }

    @Test
    void aRecordsNumberIsReadOnlyFromAnUndamagedValue() {
        for (long i = 0; i < 500; i++) {
            long number = SoakRecord.number(7, i);
            byte[] value = SoakRecord.encode(number);
            assertEquals(OptionalLong.of(number), SoakRecord.decode(value));
            value[value.length - 1] ^= 1;
            assertEquals(OptionalLong.empty(), SoakRecord.decode(value));
        }
        assertEquals(7, SoakRecord.producer(SoakRecord.number(7, 123)));
    }
}
