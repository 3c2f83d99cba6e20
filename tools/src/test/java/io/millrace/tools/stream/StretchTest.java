package io.millrace.tools.stream;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.millrace.tools.terminal.Moment;
import org.junit.jupiter.api.Test;

class StretchTest {
    @Test
    void anOffsetThatIsNotThereIsTheNextOneThatIs() {
        assertEquals(15, Stretch.within(new Moment.Offset(15), 10, 20));
        assertEquals(10, Stretch.within(new Moment.Offset(3), 10, 20));
        assertEquals(20, Stretch.within(new Moment.Offset(1000), 10, 20)); // and not all of it again
        assertEquals(0, Stretch.within(new Moment.Offset(1000), 0, 0));
    }

    @Test
    void theLastAreNoMoreThanThereAre() {
        assertEquals(15, Stretch.within(new Moment.Last(5), 10, 20));
        assertEquals(10, Stretch.within(new Moment.Last(500), 10, 20));
        assertEquals(10, Stretch.within(new Moment.Last(Long.MAX_VALUE), 10, 20));
    }
}
