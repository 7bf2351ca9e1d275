// Makes TF_CPP_MIN_LOG_LEVEL hold while TensorFlow's library is loaded. TensorFlow 2.21 reads the variable in a static
// initialiser, but one that runs earlier already logs. This addon is linked to the library that holds Abseil's log, with
// `-z initfirst`, so that its constructor runs before all static initialisers there.
#include <node_api.h>

#if __has_include("absl/log/globals.h")
#include <cstdlib>

#include "absl/log/globals.h"

// Weak, since there are libraries that come with the header but keep the function to themselves.
namespace absl {
ABSL_NAMESPACE_BEGIN
__attribute__((weak)) void SetMinLogLevel(LogSeverityAtLeast severity);
ABSL_NAMESPACE_END
}  // namespace absl

__attribute__((constructor)) static void ApplyLogLevel() {
  const char* level = std::getenv("TF_CPP_MIN_LOG_LEVEL");
  if (level == nullptr || &absl::SetMinLogLevel == nullptr) return;
  absl::SetMinLogLevel(static_cast<absl::LogSeverityAtLeast>(std::atoi(level)));
}
#endif

NAPI_MODULE_INIT() { return exports; }
