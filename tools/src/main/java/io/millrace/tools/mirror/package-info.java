/**
 * The mirror: copies topics of one cluster into another one, batches as they are, at the offsets that they have.
 *
 * <p>Start at {@link io.millrace.tools.mirror.Mirror}, which names its parts: {@code TopicSync} (which topics, and how the
 * target gets them), {@code StreamCopy} (their records; {@code SourceFetch}, {@code TargetAppends}, {@code OffsetKeeper}),
 * {@code GroupCopy}. May import: client, protocol, terminal.
 */
package io.millrace.tools.mirror;
