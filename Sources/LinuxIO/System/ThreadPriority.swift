import Glibc

/// How far a thread goes before others.
public enum ThreadPriority: Hashable, Sendable {
  /// Before every thread that is not of this kind (SCHED_RR).
  case realTime
  /// With the largest share of a processor (a nice value of -20).
  case high
  /// As all others: the process may do neither.
  case normal

  /// Gives the calling thread the best that the process may have: both need CAP_SYS_NICE.
  static func raise() -> ThreadPriority {
    var parameters = sched_param()
    // The least of the real-time priorities: the kernel's own threads stay before us.
    parameters.sched_priority = sched_get_priority_min(SCHED_RR)
    // On Linux 0 stands for the calling thread in both.
    if sched_setscheduler(0, SCHED_RR, &parameters) == 0 { return .realTime }
    let thread = __priority_which_t(PRIO_PROCESS.rawValue)
    return setpriority(thread, 0, -20) == 0 ? .high : .normal
  }
}
