/**
 * The compression codecs: whole blocks of records in, whole blocks out, with a bound on what comes out.
 *
 * <p>Knows framings and the native libraries behind them; knows nothing of records. May import: {@code protocol.wire}
 * for its exception. Start at {@link io.millrace.protocol.compress.Compression}, then the codec in question.
 */
package io.millrace.protocol.compress;
