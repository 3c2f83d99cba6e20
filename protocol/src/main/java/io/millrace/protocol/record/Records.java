package io.millrace.protocol.record;

import io.millrace.protocol.wire.Payload;

/** The records of one partition in a message: whole batches one behind the other, in memory or in a file. */
public sealed interface Records extends Payload permits BufferSlice, BufferChain, FileSlice {

    /** Lets go of what stands behind the bytes; called once, after they were sent or are not needed any more. */
    default void release() {}
}
