using System;
using System.Collections.Generic;
using System.IO;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Text;
using ApsFetch.Interop;

namespace ApsFetch
{
    /// <summary>
    /// The native library. It is found by its absolute path, since CAD programs load add-ins from folders that
    /// neither <c>PATH</c> nor the program's own folder leads to.
    /// </summary>
    public static class ApsLibrary
    {
        /// <summary>
        /// The environment variable with the full path of the native library to use, whatever else there is.
        /// For add-ins that are loaded from memory and so have no folder, and for tests.
        /// </summary>
        public const string EnvironmentVariable = "APSFETCH_LIBRARY";

        private static readonly object Guard = new object();
        private static string _path;

        /// <summary>The full path of the native library, which is loaded if it was not yet.</summary>
        /// <exception cref="DllNotFoundException">It was not found or does not fit; the message lists every
        /// place that was tried, and why it would not do.</exception>
        public static string Path
        {
            get
            {
                Load();
                return _path;
            }
        }

        /// <summary>The version of the native library, such as "1.2.3".</summary>
        /// <exception cref="DllNotFoundException">As for <see cref="Path"/>.</exception>
        public static string Version
        {
            get
            {
                Load();
                return VersionText();
            }
        }

        internal static void Load()
        {
            lock (Guard)
            {
                if (_path != null)
                {
                    return;
                }
                var path = Loader.LoadFirst(Places(Environment.GetEnvironmentVariable(EnvironmentVariable)));
                CheckAbiVersion(path, AbiVersion());
                _path = path;
            }
        }

        // The first call into the library. Mono looks the function up when it compiles the method that calls it, so
        // this must not be part of one that runs earlier.
        [MethodImpl(MethodImplOptions.NoInlining)]
        private static uint AbiVersion() => Native.apsfetch_abi_version();

        [MethodImpl(MethodImplOptions.NoInlining)]
        private static unsafe string VersionText() => Text.Decode(Native.apsfetch_version());

        internal static void CheckAbiVersion(string path, uint version)
        {
            if (version != Native.AbiVersion)
            {
                throw new DllNotFoundException(
                    $"{path} has ABI version {version}, and this ApsFetch.dll needs {Native.AbiVersion}. " +
                    "Use both from one release.");
            }
        }

        /// <summary>Where to look, in this order. An explicit choice that does not work is not glossed over.</summary>
        internal static List<string> Places(string chosen)
        {
            if (!string.IsNullOrEmpty(chosen))
            {
                return new List<string> { chosen };
            }
            var folders = new List<string>();
            var assembly = typeof(ApsLibrary).Assembly;
            // Empty for an assembly that was loaded from memory or is part of a single-file program.
            Add(folders, () => System.IO.Path.GetDirectoryName(assembly.Location));
#if NET
            var search = AppContext.GetData("NATIVE_DLL_SEARCH_DIRECTORIES") as string ?? "";
            foreach (var folder in search.Split(System.IO.Path.PathSeparator))
            {
                Add(folders, () => folder.TrimEnd(System.IO.Path.DirectorySeparatorChar));
            }
#else
            // The place it came from, when the host works on a shadow copy.
            Add(folders, () => System.IO.Path.GetDirectoryName(new Uri(assembly.CodeBase).LocalPath));
#endif
            Add(folders, () => AppDomain.CurrentDomain.BaseDirectory.TrimEnd(System.IO.Path.DirectorySeparatorChar));

            var places = new List<string>();
            foreach (var folder in folders)
            {
                foreach (var name in FileNames())
                {
                    places.Add(System.IO.Path.Combine(folder, name));
                    places.Add(System.IO.Path.Combine(folder, "runtimes", RuntimeIdentifier(), "native", name));
                }
            }
            return places;
        }

        private static void Add(List<string> folders, Func<string> find)
        {
            string folder;
            try
            {
                folder = find();
            }
            catch (Exception error) when (error is ArgumentException || error is NotSupportedException
                || error is FormatException || error is IOException || error is InvalidOperationException)
            {
                return;
            }
            if (!string.IsNullOrEmpty(folder) && !folders.Contains(folder))
            {
                folders.Add(folder);
            }
        }

        private static string[] FileNames()
        {
            if (RuntimeInformation.IsOSPlatform(OSPlatform.Windows))
            {
                // Not apsfetch.dll: beside the assembly that is ApsFetch.dll, the assembly.
                return new[] { Native.Library + ".dll" };
            }
            return RuntimeInformation.IsOSPlatform(OSPlatform.OSX)
                ? new[] { "libapsfetch.dylib" }
                : new[] { "libapsfetch.so", "libapsfetch.so.1" };
        }

        private static string RuntimeIdentifier()
        {
            var system = RuntimeInformation.IsOSPlatform(OSPlatform.Windows) ? "win"
                : RuntimeInformation.IsOSPlatform(OSPlatform.OSX) ? "osx" : "linux";
            return system + "-" + RuntimeInformation.ProcessArchitecture.ToString().ToLowerInvariant();
        }

        internal static Exception NotFound(IReadOnlyList<KeyValuePair<string, string>> tried)
        {
            var message = new StringBuilder("The native library of ApsFetch could not be loaded. Tried:");
            foreach (var place in tried)
            {
                message.Append(Environment.NewLine).Append("  ").Append(place.Key).Append(": ").Append(place.Value);
            }
            message.Append(Environment.NewLine).Append("Put it beside ApsFetch.dll, or set ")
                .Append(EnvironmentVariable).Append(" to its full path.");
            return new DllNotFoundException(message.ToString());
        }
    }
}
