/**
 * The simulation of DESIGN.md section 7: several brokers with their real replication and request code in one thread,
 * under a virtual clock, with a network, disks and a shared truth that fail as real ones do. A seed is a run.
 *
 * <p>Owns: time and order ({@code SimScheduler}, {@code SimProcess}, {@code SimLane}), the network ({@code SimNetwork}),
 * the shared truth ({@code SimTruth}, {@code SimStore}), disks ({@code SimDisk}), those who act (producers, consumers,
 * the operator) and what must hold ({@code Ledger}). Start at {@code Simulation}; docs/simulation.md tells how to use it.
 */
package io.millrace.broker.sim;
