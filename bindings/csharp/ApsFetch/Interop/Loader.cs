using System;
using System.Collections.Generic;
using System.IO;
using System.Runtime.InteropServices;
#if !NET
using System.ComponentModel;
#endif

namespace ApsFetch.Interop
{
    /// <summary>
    /// Loads the library by its absolute path and has the runtime use that very file for
    /// <see cref="Native"/>. Another add-in in the process may have brought one of the same name.
    /// </summary>
    internal static unsafe class Loader
    {
        internal static string LoadFirst(IReadOnlyList<string> places)
        {
            var tried = new List<KeyValuePair<string, string>>();
            foreach (var place in places)
            {
                var reason = Reason(place);
                if (reason == null)
                {
                    return place;
                }
                tried.Add(new KeyValuePair<string, string>(place, reason));
            }
            throw ApsLibrary.NotFound(tried);
        }

        /// <summary>Why this file will not do, or null if it is loaded now.</summary>
        private static string Reason(string path)
        {
            if (!Path.IsPathRooted(path))
            {
                return "not an absolute path";
            }
            return File.Exists(path) ? TryLoad(path) : "no such file";
        }

#if NET
        private static IntPtr _library;
        private static bool _resolving;

        private static string TryLoad(string path)
        {
            try
            {
                _library = NativeLibrary.Load(path);
            }
            catch (Exception error) when (error is DllNotFoundException || error is BadImageFormatException)
            {
                return OneLine(error.Message);
            }
            if (!_resolving)
            {
                NativeLibrary.SetDllImportResolver(typeof(Native).Assembly,
                    (name, assembly, search) => name == Native.Library ? _library : IntPtr.Zero);
                _resolving = true;
            }
            return null;
        }
#else
        private const uint LoadWithAlteredSearchPath = 8;
        private const int Now = 2;

        private static string TryLoad(string path)
        {
            if (RuntimeInformation.IsOSPlatform(OSPlatform.Windows))
            {
                fixed (char* file = path)
                {
                    // .NET Framework then looks beside the assembly, and after that for a loaded module of the name.
                    return LoadLibraryExW(file, IntPtr.Zero, LoadWithAlteredSearchPath) != IntPtr.Zero
                        ? null
                        : OneLine(new Win32Exception(Marshal.GetLastWin32Error()).Message);
                }
            }
            fixed (byte* file = Text.Encode(path, "path"))
            {
                if (dlopen(file, Now) == IntPtr.Zero)
                {
                    return OneLine(Text.Decode(dlerror()) ?? "dlopen failed");
                }
                if (Type.GetType("Mono.Runtime") != null)
                {
                    fixed (byte* name = Text.Encode(Native.Library, "name"))
                    {
                        mono_dllmap_insert(IntPtr.Zero, name, null, file, null);
                    }
                }
            }
            return null;
        }

        [DllImport("kernel32", ExactSpelling = true, SetLastError = true)]
        private static extern IntPtr LoadLibraryExW(char* path, IntPtr reserved, uint flags);

        [DllImport("libdl.so.2", CallingConvention = CallingConvention.Cdecl, ExactSpelling = true)]
        private static extern IntPtr dlopen(byte* path, int flags);

        [DllImport("libdl.so.2", CallingConvention = CallingConvention.Cdecl, ExactSpelling = true)]
        private static extern byte* dlerror();

        // Mono's way to bind the name in DllImport to a file.
        [DllImport("__Internal", CallingConvention = CallingConvention.Cdecl, ExactSpelling = true)]
        private static extern void mono_dllmap_insert(IntPtr image, byte* library, byte* function, byte* targetLibrary, byte* targetFunction);
#endif

        private static string OneLine(string text) => text.Replace("\r", "").Replace("\n", " ").Trim();
    }
}
