package io.millrace.broker.cluster;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

class ProducerIdBlockTest {
    @Test
    void eachClusterHasARegionOfItsOwn() {
        long one = ProducerIdBlock.regionOf("doX5VKu621vI3-PHUV0rOw");
        long other = ProducerIdBlock.regionOf("Iq7NouxBbouhinY9baPB4g");
        assertNotEquals(one, other);
        assertEquals(one, ProducerIdBlock.regionOf("doX5VKu621vI3-PHUV0rOw"));
        assertTrue(Math.abs(one - other) >= 1L << 32);
        assertTrue(one >= 0 && one <= Long.MAX_VALUE - (1L << 32) + 1);
    }

    @Test
    void aCounterThatBeganEarlierJumpsToTheRegionOnce() {
        ProducerIdBlock early = new ProducerIdBlock(2000, ProducerIdBlock.SIZE);
        assertEquals(new ProducerIdBlock(1L << 40, ProducerIdBlock.SIZE), early.atLeastAt(1L << 40));
        ProducerIdBlock inside = new ProducerIdBlock((1L << 40) + 5, ProducerIdBlock.SIZE);
        assertEquals(inside, inside.atLeastAt(1L << 40));
    }
}
