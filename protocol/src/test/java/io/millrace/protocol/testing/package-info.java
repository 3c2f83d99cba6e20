/** What the tests of this module share: seeds, time for fuzzing, damage to bytes, measured allocation. */
package io.millrace.protocol.testing;
