package io.millrace.broker.sim;
final class SimBroker { static final String LISTENER = "PLAINTEXT"; }
