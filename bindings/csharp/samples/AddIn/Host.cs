using System;

namespace ApsFetch.Samples.AddIn
{
    /// <summary>
    /// What a CAD program offers its add-ins, as far as this sample needs it. All of it is for the program's own
    /// thread only, as in Revit and AutoCAD.
    /// </summary>
    /// <remarks>
    /// In Revit, <see cref="Idling"/> is <c>UIApplication.Idling</c> (with <c>SetRaiseWithoutDelay</c> while a download
    /// runs), and <see cref="OpenModel"/> a call of <c>Application.OpenDocumentFile</c>. In AutoCAD they are
    /// <c>Application.Idle</c> and <c>DocumentManager.Open</c>.
    /// </remarks>
    public interface IHostApplication
    {
        /// <summary>Raised again and again while the user does nothing.</summary>
        event EventHandler Idling;

        /// <summary>Opens a file that was downloaded.</summary>
        void OpenModel(string path);

        /// <summary>Tells the user what went wrong.</summary>
        void ShowError(string message);
    }

    /// <summary>
    /// What the add-in asks of its progress window, whether that is made with WPF, Windows Forms or the host's own
    /// dialogs. Everything is called on the program's own thread, and nothing may wait for the user.
    /// </summary>
    public interface IProgressWindow
    {
        /// <summary>Shows the window, without blocking the program.</summary>
        void Show(string title);

        /// <summary>How far it is: 0 to 1, or null as long as nobody knows, and a line of text.</summary>
        void Update(double? fraction, string text);

        /// <summary>The user has pressed "Cancel", or closed the window.</summary>
        event EventHandler Cancelled;

        /// <summary>Closes the window. Nothing is called after that.</summary>
        void Close();
    }
}
