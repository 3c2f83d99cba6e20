package io.millrace.tools.stream;

import java.io.IOException;

/** Records out of bytes. Threading: one thread's. */
interface RecordInput {
    /**
     * Reads the next one; waits for it if need be.
     *
     * @return false at the end
     * @throws BadInputException if the bytes are none
     */
    boolean next(InputRecord into) throws IOException;

    /** How many bytes the records had that were read so far. */
    long position();
}
