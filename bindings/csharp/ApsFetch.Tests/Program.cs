using System;
using System.Diagnostics;
using System.Linq;
using System.Reflection;

namespace ApsFetch.Tests
{
    /// <summary>
    /// Runs every public static method without parameters of the classes named …Tests. Plain .NET on purpose: it
    /// runs where there is no package to be had, on Mono as on .NET. An argument runs the tests whose name has it, one with
    /// a = before it the one with this name; --list only names them.
    /// </summary>
    internal static class Program
    {
        private static int Main(string[] arguments)
        {
            var passed = 0;
            var failed = 0;
            var tests = typeof(Program).Assembly.GetTypes()
                .Where(type => type.Name.EndsWith("Tests", StringComparison.Ordinal))
                .OrderBy(type => type.Name, StringComparer.Ordinal)
                .SelectMany(type => type.GetMethods(BindingFlags.Public | BindingFlags.Static | BindingFlags.DeclaredOnly));
            try
            {
                foreach (var test in tests)
                {
                    var name = test.DeclaringType.Name + "." + test.Name;
                    if (arguments.Contains("--list"))
                    {
                        passed++;
                        Console.WriteLine(name);
                        continue;
                    }
                    if (!arguments.All(argument => argument.StartsWith("=", StringComparison.Ordinal)
                        ? name == argument.Substring(1)
                        : name.Contains(argument)))
                    {
                        continue;
                    }
                    var clock = Stopwatch.StartNew();
                    try
                    {
                        ((Action)Delegate.CreateDelegate(typeof(Action), test))();
                        passed++;
                        Console.WriteLine($"ok      {name} ({clock.ElapsedMilliseconds} ms)");
                    }
                    catch (Exception error)
                    {
                        failed++;
                        Console.WriteLine($"FAILED  {name} ({clock.ElapsedMilliseconds} ms)");
                        Console.WriteLine(error);
                    }
                }
            }
            finally
            {
                Sandbox.StopShared();
            }
            if (!arguments.Contains("--list"))
            {
                Console.WriteLine($"{passed} passed, {failed} failed");
            }
            return failed == 0 && passed > 0 ? 0 : 1;
        }
    }
}
