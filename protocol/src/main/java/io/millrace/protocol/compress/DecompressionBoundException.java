package io.millrace.protocol.compress;

/** Compressed data holds more than the reader was willing to hold. Carries no stack trace. */
public final class DecompressionBoundException extends RuntimeException {
    /** @param maxBytes that were allowed */
    public DecompressionBoundException(int maxBytes) {
        super("compressed data holds more than the " + maxBytes + " bytes allowed", null, false, false);
    }
}
