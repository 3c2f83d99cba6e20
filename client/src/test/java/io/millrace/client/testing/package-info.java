/**
 * What the tests of all rooms share: brokers that speak bytes over real sockets and do what a script says, a real broker
 * as a process, and kafka-clients beside it.
 */
package io.millrace.client.testing;
