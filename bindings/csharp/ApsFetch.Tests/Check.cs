using System;
using System.Collections.Generic;
using System.Threading.Tasks;

namespace ApsFetch.Tests
{
    /// <summary>What the tests expect.</summary>
    internal static class Check
    {
        internal static void Equal<T>(T expected, T actual, string what = "value")
        {
            if (!EqualityComparer<T>.Default.Equals(expected, actual))
            {
                throw new Exception($"{what}: expected <{expected}>, got <{actual}>");
            }
        }

        internal static void True(bool condition, string what)
        {
            if (!condition)
            {
                throw new Exception("expected: " + what);
            }
        }

        internal static void Contains(string part, string text)
        {
            if (text == null || text.IndexOf(part, StringComparison.Ordinal) < 0)
            {
                throw new Exception($"expected <{part}> in <{text}>");
            }
        }

        /// <summary>The exception, which must be of exactly this class.</summary>
        internal static T Throws<T>(Action action) where T : Exception
        {
            try
            {
                action();
            }
            catch (Exception error)
            {
                if (error.GetType() == typeof(T))
                {
                    return (T)error;
                }
                throw new Exception($"expected {typeof(T).Name}, got {error}", error);
            }
            throw new Exception($"expected {typeof(T).Name}, got nothing");
        }

        /// <summary>Whichever of the two classes .NET has for it.</summary>
        internal static void Cancelled(Action action)
        {
            try
            {
                action();
            }
            catch (OperationCanceledException)
            {
                return;
            }
            throw new Exception("expected to be cancelled");
        }

        /// <summary>The result of a task. A test that hangs fails.</summary>
        internal static T Result<T>(Task<T> task)
        {
            var index = Task.WaitAny(new Task[] { task }, TimeSpan.FromSeconds(60));
            True(index == 0, "an end within 60 s");
            return task.GetAwaiter().GetResult();
        }
    }
}
