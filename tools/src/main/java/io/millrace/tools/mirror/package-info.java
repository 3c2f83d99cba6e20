/**
 * The mirror: copies topics of one cluster into another one, batches as they are, at the offsets that they have, or, where the
 * target cannot keep these, with pairs of offsets that translate positions exactly.
 *
 * <p>Start at {@link io.millrace.tools.mirror.Mirror}, which names its parts: {@code TopicSync} (which topics, and how the
 * target gets them), {@code StreamCopy} (their records; {@code SourceFetch}, {@code OffsetKeeper} and one of two {@code
 * Destination}s), {@code GroupCopy}, {@code WorkGroup} (several processes), {@code Beans}.
 *
 * <p>The two ways into the target: {@code TargetAppends} keeps offsets, by an API of Millrace's own, and keeps nothing else;
 * {@code RestampAppends} sends by Produce, whole batches with another producer in their headers ({@code Outbox}, {@code
 * BatchRuns}), and notes which offset has become which ({@code OffsetPairs}, {@code PairsWriter}, {@code PairsTopic}). {@code
 * Recovery} finds out where such a copy goes on. May import: client, protocol, terminal.
 */
package io.millrace.tools.mirror;
