/**
 * {@code millrace produce}, {@code consume} and {@code topic tail}: records in from pipes and files, and out to them.
 *
 * <p>Formats are pure: a {@link io.millrace.tools.stream.RecordInput} makes records of bytes, a {@link
 * io.millrace.tools.stream.RecordFormat} makes bytes of records. Two loops do the work: {@link
 * io.millrace.tools.stream.Sending} and {@link io.millrace.tools.stream.Reading}. May import: {@code client}, {@code
 * tools.connect}, {@code tools.terminal}. Start at the loops.
 */
package io.millrace.tools.stream;
