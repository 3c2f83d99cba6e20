/**
 * {@code millrace log}: what is in the files of a broker, stopped or running, and whether it is as it was written.
 *
 * <p>Reads files only, through the read-only doors of {@code broker.log}: {@code SegmentInspector}, {@code SegmentCheck},
 * {@code IndexFiles}. May import: {@code broker.log}, {@code protocol}, {@code tools.terminal}. Start at {@link
 * io.millrace.tools.inspect.LogCommand}.
 */
package io.millrace.tools.inspect;
