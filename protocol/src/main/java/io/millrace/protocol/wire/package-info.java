/**
 * The primitive types of the wire: a bounded cursor that trusts nothing, and a writer that either counts or writes.
 *
 * <p>Knows bytes, lengths and tags; knows no message. May import: the JDK alone. Start at {@link
 * io.millrace.protocol.wire.Reader} and {@link io.millrace.protocol.wire.Writer}.
 */
package io.millrace.protocol.wire;
