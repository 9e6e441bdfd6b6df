package org.rodnan;

import com.sun.management.HotSpotDiagnosticMXBean;
import com.sun.management.VMOption;
import com.sun.management.VMOption.Origin;
import java.lang.management.ManagementFactory;
import java.util.List;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Has the JVM give memory back to the machine after a load: by default it keeps what a peak has
 * taken. A program that is started by {@code java -jar} can't bring options of the JVM along, but
 * some may be set while it runs.
 */
final class HeapReturn {
  private static final Logger LOG = LoggerFactory.getLogger(HeapReturn.class);

  /**
   * Free parts of the heap, in percent, and the milliseconds between collections of an idle server.
   * In this order: the smaller part may not be set above the larger one.
   */
  private static final List<Map.Entry<String, String>> OPTIONS =
      List.of(
          Map.entry("MinHeapFreeRatio", "10"),
          Map.entry("MaxHeapFreeRatio", "20"),
          Map.entry("G1PeriodicGCInterval", "10000"));

  private HeapReturn() {}

  /** Options that whoever started the JVM has set are left alone; another JVM or collector too. */
  static void enable() {
    HotSpotDiagnosticMXBean jvm =
        ManagementFactory.getPlatformMXBean(HotSpotDiagnosticMXBean.class);
    if (jvm == null) {
      return;
    }
    for (Map.Entry<String, String> wanted : OPTIONS) {
      try {
        VMOption option = jvm.getVMOption(wanted.getKey());
        if (option.getOrigin() == Origin.DEFAULT && option.isWriteable()) {
          jvm.setVMOption(wanted.getKey(), wanted.getValue());
        }
      } catch (IllegalArgumentException e) {
        LOG.debug("The JVM doesn't take {}: {}", wanted.getKey(), e.getMessage());
      }
    }
  }
}
