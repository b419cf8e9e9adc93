using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Reflection;
using System.Runtime.InteropServices;
using System.Text.RegularExpressions;
using ApsFetch.Interop;

namespace ApsFetch.Tests
{
    /// <summary>How the native library is found, and that the wrapper agrees with the header.</summary>
    internal static class LibraryTests
    {
        // With their UTF-16 twins, paths need no other form. The rest block and call back, and no delegate crosses the
        // boundary: the wrapper has them by jobs and plans.
        private static readonly string[] LeftOut =
        {
            "apsfetch_config_set_ca_file", "apsfetch_download", "apsfetch_download_design",
            "apsfetch_download_design_utf16", "apsfetch_download_objects", "apsfetch_download_objects_utf16",
            "apsfetch_manifest_wait", "apsfetch_plan_design", "apsfetch_plan_objects", "apsfetch_request_set_path",
            "apsfetch_upload", "apsfetch_upload_job_start", "apsfetch_upload_job_start_object", "apsfetch_upload_object",
            "apsfetch_upload_object_utf16", "apsfetch_upload_utf16"
        };

        private static readonly string Header = File.ReadAllText(Environment.GetEnvironmentVariable("APSFETCH_HEADER"));

        public static void PathAndVersion()
        {
            var chosen = Environment.GetEnvironmentVariable(ApsLibrary.EnvironmentVariable);
            var folder = Path.GetDirectoryName(typeof(ApsLibrary).Assembly.Location);
            Check.True(chosen == null ? ApsLibrary.Path.StartsWith(folder, StringComparison.Ordinal) : ApsLibrary.Path == chosen, "the right path");
            OneLibraryIsLoaded();
            var parts = new[] { "MAJOR", "MINOR", "PATCH" }.Select(part => Number("APSFETCH_VERSION_" + part));
            Check.Equal(string.Join(".", parts), ApsLibrary.Version);
            Check.Equal((long)Native.AbiVersion, Number("APSFETCH_ABI_VERSION"));
            // Upper and lower case are one on Windows, and the assembly has this name without the number.
            Check.Equal("apsfetch-" + Native.AbiVersion, Native.Library);
        }

        /// <summary>The runtime must have taken the very file that was found, whatever else the machine has.</summary>
        private static void OneLibraryIsLoaded()
        {
            const string Maps = "/proc/self/maps";
            if (File.Exists(Maps))
            {
                var loaded = File.ReadAllLines(Maps).Where(line => line.Contains("apsfetch.so"));
                Check.Equal(1, loaded.Select(line => line.Substring(line.IndexOf('/'))).Distinct().Count(), "libraries loaded");
            }
        }

        public static void EveryPlaceIsListed()
        {
            using (var folder = new TemporaryFolder())
            {
                File.WriteAllText(folder["broken"], "this is no library");
                var places = new[] { folder["missing"], folder["broken"], "libapsfetch.so" };
                var error = Check.Throws<DllNotFoundException>(() => Loader.LoadFirst(places));
                Check.Contains(folder["missing"] + ": no such file", error.Message);
                Check.Contains(folder["broken"] + ": ", error.Message);
                Check.Contains("libapsfetch.so: not an absolute path", error.Message);
                Check.Contains(ApsLibrary.EnvironmentVariable, error.Message);
            }
        }

        public static void PlacesInTheirOrder()
        {
            var beside = Path.GetDirectoryName(typeof(ApsLibrary).Assembly.Location);
            var places = ApsLibrary.Places(null);
            Check.Equal(beside, Path.GetDirectoryName(places[0]));
            Check.Contains(Path.Combine(beside, "runtimes"), places[1]);
            Check.True(places.All(Path.IsPathRooted), "absolute paths");
            Check.Equal("/chosen/library", string.Join(" ", ApsLibrary.Places("/chosen/library")));
        }

        public static void AnotherAbiIsRefused()
        {
            var error = Check.Throws<DllNotFoundException>(() => ApsLibrary.CheckAbiVersion("/x/libapsfetch.so", 2));
            Check.Contains("/x/libapsfetch.so has ABI version 2", error.Message);
        }

        public static void ImportsAsInTheHeader()
        {
            var declared = Functions();
            foreach (var import in Imports())
            {
                if (import.Name.EndsWith("_free", StringComparison.Ordinal))
                {
                    // SafeHandle frees the bare pointer.
                    Check.True(declared.ContainsKey(import.Name), import.Name + " in the header");
                    Check.Equal(typeof(int), import.ReturnType, import.Name);
                    Check.Equal(typeof(IntPtr), import.GetParameters().Single().ParameterType, import.Name);
                    continue;
                }
                Check.True(declared.TryGetValue(import.Name, out var parameters), import.Name + " in the header");
                var ours = new[] { import.ReturnType }.Concat(import.GetParameters().Select(parameter => parameter.ParameterType));
                Check.Equal(string.Join(", ", parameters), string.Join(", ", ours.Select(Shape)), import.Name);
            }
        }

        public static void EveryFunctionOfTheHeader()
        {
            var missing = Functions().Keys.Except(Imports().Select(import => import.Name));
            Check.Equal(string.Join(" ", LeftOut), string.Join(" ", missing.OrderBy(name => name, StringComparer.Ordinal)));
        }

        public static void EveryNumberOfTheHeader()
        {
            Same(typeof(ApsStatus), "APSFETCH_(OK|PENDING|E_\\w+)", name => name.StartsWith("E_") ? name.Substring(2) : name);
            Same(typeof(ItemStatus), "APSFETCH_ITEM_(\\w+)");
            Same(typeof(Verification), "APSFETCH_VERIFICATION_(\\w+)");
            Same(typeof(ExistingFile), "APSFETCH_EXISTING_FILE_(\\w+)");
            Same(typeof(Signing), "APSFETCH_SIGNING_(\\w+)");
            Same(typeof(SignedStatus), "APSFETCH_SIGNED_(\\w+)");
            Same(typeof(JobState), "APSFETCH_JOB_(\\w+)");
            Same(typeof(UrlAccess), "APSFETCH_ACCESS_(\\w+)");
            Same(typeof(TranslationStatus), "APSFETCH_TRANSLATION_(\\w+)");
            Same(typeof(FileStatus), "APSFETCH_FILE_(\\w+)");
            Check.Equal((long)Numbers.NoLimit, Number("APSFETCH_NO_LIMIT"));
        }

        public static void LayoutOfProgress()
        {
            var body = Regex.Match(Header, @"typedef struct \{(.*?)\} apsfetch_progress;", RegexOptions.Singleline).Groups[1].Value;
            body = Regex.Replace(body, @"/\*.*?\*/", "", RegexOptions.Singleline);
            var fields = Regex.Matches(body, @"(\w+) (\w+);").Cast<Match>()
                .Select(match => Shape(match.Groups[1].Value) + " " + match.Groups[2].Value.Replace("_", ""));
            var ours = typeof(NativeProgress).GetFields(BindingFlags.NonPublic | BindingFlags.Instance)
                .Select(field => Shape(field.FieldType) + " " + field.Name.ToLowerInvariant());
            Check.Equal(string.Join(", ", fields), string.Join(", ", ours));
            Check.Equal(72, Marshal.SizeOf(typeof(NativeProgress)));
        }

        private static IEnumerable<MethodInfo> Imports()
        {
            return typeof(Native).GetMethods(BindingFlags.NonPublic | BindingFlags.Static | BindingFlags.DeclaredOnly)
                .Where(method => method.IsDefined(typeof(DllImportAttribute), false));
        }

        /// <summary>The shapes of result and parameters of each function.</summary>
        private static Dictionary<string, List<string>> Functions()
        {
            var text = Regex.Replace(Header, @"/\*.*?\*/", "", RegexOptions.Singleline);
            var functions = new Dictionary<string, List<string>>();
            foreach (Match match in Regex.Matches(text, @"^([\w ]+?[ *]+)(apsfetch_\w+)\(([^)]*)\);", RegexOptions.Multiline))
            {
                var shapes = new List<string> { Shape(match.Groups[1].Value) };
                var parameters = match.Groups[3].Value.Trim();
                if (parameters != "void")
                {
                    shapes.AddRange(parameters.Split(',').Select(parameter => Shape(Regex.Replace(parameter, @"\w+\s*$", ""))));
                }
                functions.Add(match.Groups[2].Value, shapes);
            }
            Check.True(functions.Count > 50, "functions in the header");
            return functions;
        }

        private static string Shape(string type)
        {
            var plain = Regex.Replace(type, @"\bconst\b|\s", "");
            switch (plain)
            {
                case "uint16_t*": return "utf16";
                case "char*": return "utf8";
                case "void*": return "void*";
                case "apsfetch_progress*": return "progress*";
                case "size_t": return "size";
            }
            if (plain.EndsWith("_callback", StringComparison.Ordinal))
            {
                return "callback";
            }
            if (plain.EndsWith("**", StringComparison.Ordinal))
            {
                // The array of requests; the others are where a handle is put.
                return plain == "apsfetch_request**" && type.Contains("*const") ? "handles" : "out " + plain.TrimEnd('*');
            }
            return plain.TrimEnd('*');
        }

        private static string Shape(Type type)
        {
            if (type == typeof(byte*)) { return "utf8"; }
            if (type == typeof(char*)) { return "utf16"; }
            if (type == typeof(void*)) { return "void*"; }
            // Always null.
            if (type == typeof(IntPtr)) { return "callback"; }
            if (type == typeof(IntPtr*)) { return "handles"; }
            if (type == typeof(NativeProgress*)) { return "progress*"; }
            if (type == typeof(UIntPtr)) { return "size"; }
            if (type == typeof(int)) { return "int32_t"; }
            if (type == typeof(uint)) { return "uint32_t"; }
            if (type == typeof(long)) { return "int64_t"; }
            if (type == typeof(ulong)) { return "uint64_t"; }
            var target = type.IsByRef ? type.GetElementType() : type;
            var name = Regex.Replace(target.Name, "Handle$", "");
            name = "apsfetch" + Regex.Replace(name, "[A-Z]", letter => "_" + letter.Value.ToLowerInvariant());
            return type.IsByRef ? "out " + name : name;
        }

        private static long Number(string name)
        {
            return long.Parse(Regex.Match(Header, "#define " + name + @" \(?(-?\d+)\)?").Groups[1].Value);
        }

        private static void Same(Type type, string pattern, Func<string, string> strip = null)
        {
            var theirs = Regex.Matches(Header, "#define " + pattern + @" \(?(-?\d+)\)?").Cast<Match>()
                .ToDictionary(
                    match => (strip == null ? match.Groups[1].Value : strip(match.Groups[1].Value)).Replace("_", ""),
                    match => match.Groups[2].Value,
                    StringComparer.OrdinalIgnoreCase);
            Check.True(theirs.Count > 1, type.Name + " in the header");
            foreach (var pair in theirs)
            {
                Check.Equal(pair.Value, ((int)Enum.Parse(type, pair.Key, true)).ToString(), type.Name + "." + pair.Key);
            }
            // Only `Failed` is the wrapper's own: there the library gives an error instead of a result.
            var more = Enum.GetNames(type).Where(name => name != "Failed" && !theirs.ContainsKey(name));
            Check.Equal("", string.Join(" ", more), type.Name);
        }
    }
}
