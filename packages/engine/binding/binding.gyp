# Built in a folder beside the installation's deps/.
{
  'targets': [{
    'target_name': 'log_level',
    'sources': ['log-level.cc'],
    'include_dirs': ['../deps/include'],
    'library_dirs': ['<(module_root_dir)/../deps/lib'],
    'libraries': [
      '-Wl,-z,initfirst',
      # All that refers to the library is weak, which a linker takes for not needed.
      '-Wl,--no-as-needed',
      '-Wl,-rpath,\$$ORIGIN/../../deps/lib',
      '-ltensorflow_framework',
    ],
  }],
}
