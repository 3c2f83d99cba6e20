/**
 * Plans of where replicas and leaders go, and carrying them out: what {@code broker drain} and {@code partition} share.
 *
 * <p>{@link io.millrace.tools.placement.Layout} is the cluster at one moment; {@link io.millrace.tools.placement.Planner} makes
 * {@link io.millrace.tools.placement.Move}s of it, and does no I/O; {@link io.millrace.tools.placement.Mover} carries them out.
 */
package io.millrace.tools.placement;
